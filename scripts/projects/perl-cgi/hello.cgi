#!/usr/bin/perl
use CGI;
print CGI->new->header, "cgi works\n";
