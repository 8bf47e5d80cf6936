/// The JSON documents of OCI image-spec 1.1 and their Docker twins, as values. Reading is strict where
/// a lie could do harm and bounded everywhere; bytes whose digest matters are kept by the callers,
/// never written again from values.
@NullMarked
package dev.gantry.images.document;

import org.jspecify.annotations.NullMarked;
