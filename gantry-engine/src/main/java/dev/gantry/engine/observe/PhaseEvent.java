package dev.gantry.engine.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// One phase of a start, for the flight recorder.
@Name("dev.gantry.StartPhase")
@Label("Start Phase")
@Description("A part of the start of a container")
@Category("Gantry")
@StackTrace(false)
final class PhaseEvent extends Event {
    @Label("Phase")
    String phase = "";

    @Label("Container")
    String container = "";
}
