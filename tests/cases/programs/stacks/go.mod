module gotopsy.tests/stacks

go 1.18
