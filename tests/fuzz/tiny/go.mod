module gotopsy.tiny
go 1.19
