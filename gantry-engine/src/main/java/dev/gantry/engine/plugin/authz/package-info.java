/// Authorization plugins: who may ask the engine for what, decided elsewhere. Values in, a refusal out;
/// whoever serves
/// HTTP calls this before a request is handled and before its answer leaves.
@NullMarked
package dev.gantry.engine.plugin.authz;

import org.jspecify.annotations.NullMarked;
