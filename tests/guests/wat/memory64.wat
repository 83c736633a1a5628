;; Uses a feature that is switched off: more memory than 32 bits can address.
(component
  (core module (memory i64 1)))
