module net-scout/sdk

go 1.24
