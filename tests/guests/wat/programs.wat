;; Wants an interface of this package that no rule is given.
(component
  (import "net-scout:plugin/exec@0.1.0" (instance)))
