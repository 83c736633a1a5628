module plugin_name

go 1.24

require net-scout/sdk v0.0.0

replace net-scout/sdk => ./sdk
