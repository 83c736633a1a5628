;; A sound enricher, as a core module that speaks the canonical ABI by hand. It answers `{"sound": true}`. How its parts are used is said
;; in rule.wat. The numbers are addresses and lengths:
;;
;;   0x100 description: 0x100 name, 0x108 version, 0x110 kind (0x114 observables, 0x11c fresh, 0x120 failed, 0x124 outside),
;;                      0x128 summary, 0x130 parameters, 0x138 requests
;;   0x140 request:     0x140 files, 0x144 their directory
;;   0x300 answer:      0x304 JSON, or the error with its text at 0x308
;;   0x400 for the answers of the host

(import "net-scout:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32))) ;; level, message
(import "net-scout:plugin/dns@0.1.0" "resolve" (func $resolve (param i32 i32 i32 i32))) ;; name, type, where the answer goes
(import "net-scout:plugin/exec@0.1.0" "run" (func $run (param i32 i32 i32 i32 i32 i32 i32))) ;; program, arguments, seconds, where
(import "net-scout:plugin/http@0.1.0" "send"
  (func $send (param i32 i32 i32 i32 i32 i32 i32 i32 i32))) ;; method, URL, headers, body, where the answer goes
(import "net-scout:plugin/files@0.1.0" "open" (func $open (param i32 i32 i32 i32 i32))) ;; directory, path, where the answer goes
(import "net-scout:plugin/files@0.1.0" "[method]file.size" (func $size (param i32) (result i64))) ;; handle
(import "net-scout:plugin/files@0.1.0" "[method]file.read-at" (func $read (param i32 i64 i32 i32))) ;; handle, from, length, where
(import "net-scout:plugin/files@0.1.0" "[resource-drop]file" (func $drop (param i32))) ;; handle

(data (i32.const 0x100) (i32 0x200 3  0x208 3  1 0x250 1 60 60 0  0x210 26  0 0  0x140 1))
(data (i32.const 0x140) (i32 4 0x230 4))
(data (i32.const 0x200) "raw")
(data (i32.const 0x208) "1.0")
(data (i32.const 0x210) "Misbehaves at the boundary")
(data (i32.const 0x230) "data")
(data (i32.const 0x240) "file")
(data (i32.const 0x250) "\00")

(data (i32.const 0x300) (i32 0 0x260 15))
(data (i32.const 0x260) "{\"sound\": true}")

;; The kind of the observable, its value, arguments.
(func (export "enrich") (param i32 i32 i32 i32 i32) (result i32)
  i32.const 0x300)

;; Opens the file `file` in the directory `data`. The answer's first word is 0 where there is a handle, which then follows.
(func $open_file
  (call $open (i32.const 0x230) (i32.const 4) (i32.const 0x240) (i32.const 4) (i32.const 0x400)))
