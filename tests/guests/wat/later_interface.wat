;; Made for an interface of a later version.
(component
  (import "net-scout:plugin/query@0.2.0" (instance)))
