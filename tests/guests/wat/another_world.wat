;; Exports a `describe` that is another function.
(component
  (core module $module (func (export "describe") (result i32) i32.const 7))
  (core instance $instance (instantiate $module))
  (func (export "describe") (result u32) (canon lift (core func $instance "describe"))))
