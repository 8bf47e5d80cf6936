package dev.gantry.engine.observe;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// One action upon a container, for the flight recorder.
@Name("dev.gantry.ContainerAction")
@Label("Container Action")
@Description("A container was created, started, removed, committed or compared with its image")
@Category("Gantry")
@StackTrace(false)
final class ActionEvent extends Event {
    @Label("Action")
    String action = "";

    @Label("Container")
    String container = "";

    @Label("Succeeded")
    boolean succeeded;
}
