/// What a network is: its specification, checked once, and the options of each driver. Knows no interface
/// and no rule.
@NullMarked
package dev.gantry.network.model;

import org.jspecify.annotations.NullMarked;
