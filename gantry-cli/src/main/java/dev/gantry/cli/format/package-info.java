/// What commands print: tables, JSON, templates in the language of Go, sizes and durations in words.
@NullMarked
package dev.gantry.cli.format;

import org.jspecify.annotations.NullMarked;
