;; Wants more of an interface than there is.
(component
  (import "net-scout:plugin/query@0.1.0" (instance
    (export "execute" (func (param "sql" string))))))
