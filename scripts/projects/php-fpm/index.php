<?php echo "served to " . posix_getpwuid(fileowner(__FILE__))["name"], PHP_EOL;
