package cleaner
