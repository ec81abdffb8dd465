module weft.io/local-cluster/cluster

go 1.24.0
