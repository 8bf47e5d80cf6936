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
    /// To ask whether anybody records these: one that is never told.
    private static final PhaseEvent ASKED = new PhaseEvent();

    @Label("Phase")
    String phase = "";

    @Label("Container")
    String container = "";

    static boolean isWanted() {
        return ASKED.isEnabled();
    }
}
