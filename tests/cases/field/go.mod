module gotopsy/field

go 1.22
