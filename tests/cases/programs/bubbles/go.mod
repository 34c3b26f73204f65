module gotopsy.tests/bubbles

go 1.24
