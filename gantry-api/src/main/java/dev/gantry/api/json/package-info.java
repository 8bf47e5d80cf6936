/// How values look on the wire where JSON leaves a choice: an absent field, `null`, or empty.
/// Absent is our default for a null value; a field which the Engine API writes as `null` names an adapter of this
/// package. Nothing here knows a record.
@NullMarked
package dev.gantry.api.json;

import org.jspecify.annotations.NullMarked;
