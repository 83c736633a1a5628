;; What every guest has that speaks the canonical ABI by hand.

(memory (export "memory") 2)
(global $free (mut i32) (i32.const 0x1000))

(func (export "describe") (result i32)
  i32.const 0x100)

;; Never frees.
(func (export "cabi_realloc") (param $old i32) (param $old_size i32) (param $align i32) (param $size i32) (result i32)
  (local $at i32)
  (local.set $at
    (i32.and (i32.add (global.get $free) (i32.sub (local.get $align) (i32.const 1))) (i32.sub (i32.const 0) (local.get $align))))
  (global.set $free (i32.add (local.get $at) (local.get $size)))
  local.get $at)
