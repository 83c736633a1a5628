// What pages do beyond what HTML does by itself.
