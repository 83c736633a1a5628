;; A later patch release is another version too: nobody has checked that it is compatible.
(component
  (import "net-scout:plugin/log@0.1.1" (instance)))
