;; A sound rule, as a core module that speaks the canonical ABI by hand. It raises one alert.
;;
;; A part is what stands between two empty lines. A test takes all of them but those that export a name which its own text exports, and
;; puts its own text behind them: a `data` there overwrites what is here. The numbers are addresses and lengths:
;;
;;   0x100 description: 0x100 name, 0x108 version, 0x110 kind (0x114 alert types, 0x11c history), 0x128 summary, 0x130 parameters, 0x138 requests
;;   0x140 parameter:   0x140 name, 0x148 type, 0x150 its default, 0x168 meaning
;;   0x180 requests:    0x180 table (0x184 its name, 0x18c columns), 0x1a0 state (0x1a4 bytes)
;;   0x1c0 alert types, 0x1c8 columns
;;   0x300 answer:      0x304 alerts
;;   0x318 alert:       0x318 type, 0x320 source, 0x32c destination, 0x338 score, 0x33c severity, 0x340 evidence,
;;                      0x348 events (0x34c condition, 0x354 parameters)
;;   0x360 evidence:    0x360 key, 0x368 value, 0x370 scalar, 0x378 integer
;;   0x400 for the answers of the host

(import "net-scout:plugin/log@0.1.0" "write" (func $log (param i32 i32 i32))) ;; level, message
(import "net-scout:plugin/state@0.1.0" "get" (func $get (param i32 i32 i32))) ;; key, where the answer goes
(import "net-scout:plugin/state@0.1.0" "set" (func $set (param i32 i32 i32 i32 i32))) ;; key, value, where the answer goes
(import "net-scout:plugin/query@0.1.0" "open" (func $open (param i32 i32 i32 i32 i32 i32 i32))) ;; SQL, parameters, columns, where
(import "net-scout:plugin/query@0.1.0" "[method]rows.next" (func $next (param i32 i32))) ;; handle, where the answer goes
(import "net-scout:plugin/query@0.1.0" "[resource-drop]rows" (func $drop (param i32))) ;; handle

(data (i32.const 0x100) (i32 0x200 3  0x208 3  0 0x1c0 1 0 0 0  0x210 26  0x140 1  0x180 2))
(data (i32.const 0x140) (i32 0x230 6  0 0  0 0 0 0 0 0  0x240 15))
(data (i32.const 0x180) (i32 0 0x250 6 0x1c8 1 0 0 0  5 1024))
(data (i32.const 0x1c0) (i32 0x260 4  0x268 2))
(data (i32.const 0x200) "raw")
(data (i32.const 0x208) "1.0")
(data (i32.const 0x210) "Misbehaves at the boundary")
(data (i32.const 0x230) "switch")
(data (i32.const 0x240) "Changes nothing")
(data (i32.const 0x250) "events")
(data (i32.const 0x260) "lied")
(data (i32.const 0x268) "id")

(data (i32.const 0x300) (i32 0 0x318 1))
(data (i32.const 0x318) (i32 0x260 4  1 0x280 9  0 0 0  50 2  0x360 1  0 0 0 0 0))
(data (i32.const 0x360) (i32 0x290 6  0 0  2 0  7))
(data (i32.const 0x280) "192.0.2.9")
(data (i32.const 0x290) "number")
(data (i32.const 0x2a0) "SELECT id FROM events")

;; Since, whether bounded, until, now, since when there are events, local networks, arguments.
(func (export "evaluate") (param i64 i32 i64 i64 i64 i32 i32 i32 i32) (result i32)
  i32.const 0x300)

;; Asks for the numbers of all events. The answer's first word is 0 where there is a handle, which then follows.
(func $open_events
  (call $open (i32.const 0x2a0) (i32.const 21) (i32.const 0) (i32.const 0) (i32.const 0x2c0) (i32.const 1) (i32.const 0x400)))
(data (i32.const 0x2c0) "\01")
