module gotopsy.probe

go 1.19
