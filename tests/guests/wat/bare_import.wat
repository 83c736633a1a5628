;; Wants a function that belongs to no interface.
(component
  (import "run-program" (func (param "command" string))))
