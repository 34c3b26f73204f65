module gotopsy.tests/sampled

go 1.19
