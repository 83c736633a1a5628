;; No component at all.
(module
  (func (export "describe") (result i32) i32.const 0))
