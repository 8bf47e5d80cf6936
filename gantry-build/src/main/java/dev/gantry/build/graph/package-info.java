/// What a build does, as data: vertices with what they need of each other, each known by its content. Nothing here does
/// anything. A Dockerfile becomes such a graph, and so does a definition that another frontend has made.
@NullMarked
package dev.gantry.build.graph;

import org.jspecify.annotations.NullMarked;
