package dev.gantry.volume;

import java.util.List;

/// The truth about which volumes exist and what was meant with them. Each method returns when its change
/// is durable.
public interface VolumeTable {
    /// What was stored when the table was opened.
    List<Volume> load();

    void create(Volume volume);

    /// Replaces the row of this name; no other name changes.
    void update(Volume volume);

    /// The row of `from` becomes `to`, in one step.
    void rename(String from, Volume to);

    /// Deleting what is absent is not an error.
    void delete(Volume volume);
}
