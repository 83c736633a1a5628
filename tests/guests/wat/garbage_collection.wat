;; Uses a feature that is switched off: objects that the host would have to collect.
(component
  (core module (type (struct (field i32)))))
