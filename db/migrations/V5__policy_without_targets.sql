-- A deleted policy that is in no cluster is removed by the write itself: no acknowledgement would ever sweep it.
GRANT DELETE ON policy TO weft_api;
