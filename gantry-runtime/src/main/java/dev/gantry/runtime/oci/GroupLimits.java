package dev.gantry.runtime.oci;

import dev.gantry.runtime.plan.Step;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The limits of a container whose groups are there already, as files and what they are to hold: the same that a plan
/// writes when it makes them. Pure.
public final class GroupLimits {
    private GroupLimits() {}

    /// A file of a group, and its content.
    public record Setting(String file, String value) {}

    /// In the order in which a new group takes them. [dev.gantry.base.Unsupported] for what this host cannot limit.
    public static List<Setting> of(CgroupLayout layout, String cgroupPath, ResourcesSpec resources) {
        var steps = new CgroupSteps(layout, ContainerGroups.of(layout, cgroupPath, resources), resources, new Slots());
        Map<Long, String> directories = new HashMap<>();
        List<Setting> all = new ArrayList<>();
        for (Step step : steps.prepare()) {
            switch (step) {
                case Step.CgroupMake(long slot, String path) -> directories.put(slot, path);
                case Step.CgroupSet set
                when directories.get(set.slot()) instanceof String d && d.endsWith(cgroupPath) ->
                    all.add(new Setting(d + "/" + set.file(), set.value()));
                default -> {} // of new groups only
            }
        }
        return all;
    }
}
