module weft.io/e2e/sample

go 1.24.0
