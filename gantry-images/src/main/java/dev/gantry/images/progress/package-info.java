/// What a pull or a load tells while it works: typed events. Words for people are made elsewhere.
@NullMarked
package dev.gantry.images.progress;

import org.jspecify.annotations.NullMarked;
