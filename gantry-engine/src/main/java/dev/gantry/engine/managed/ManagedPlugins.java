package dev.gantry.engine.managed;

import dev.gantry.base.Reference;
import dev.gantry.images.progress.ProgressListener;
import dev.gantry.images.registry.Credentials;
import java.io.InputStream;
import java.time.Duration;
import java.util.List;

/// The plugins that this engine runs itself. `text` names one by its name (without a tag: `latest`), its id, or an
/// unambiguous beginning of the id; [dev.gantry.base.NotFound] when there is none. Each change is durable on return.
///
/// ```java
/// var needed = plugins.privileges(reference, Credentials.ANONYMOUS);
/// plugins.pull(reference, "", needed, Credentials.ANONYMOUS, ProgressListener.SILENT);
/// plugins.enable("sshfs", Duration.ofSeconds(30));
/// ```
public interface ManagedPlugins {
    /// By name.
    List<PluginView> list();

    PluginView get(String text);

    /// What the plugin at the registry needs. Nothing of it runs before its user gave exactly that.
    List<Privilege> privileges(Reference remote, Credentials credentials);

    /// Installs it as `name` (empty: as it is called there), disabled. [dev.gantry.base.Forbidden] when `granted` is
    /// not
    /// what it needs.
    PluginView pull(
            Reference remote, String name, List<Privilege> granted, Credentials credentials, ProgressListener progress);

    /// Makes one of a tar of `config.json` and `rootfs/`, plain or compressed; it is disabled.
    PluginView create(String name, InputStream tar);

    /// Returns when it listens at its socket, or undoes the start.
    void enable(String text, Duration patience);

    /// [dev.gantry.base.Conflict] while something uses it, unless forced.
    void disable(String text, boolean force);

    /// `NAME=value` each; all or none. Only for one that is disabled.
    void set(String text, List<String> changes);

    /// Replaces a disabled plugin by what `remote` is now; what its user has set is kept where it still can be set.
    PluginView upgrade(
            String text, Reference remote, List<Privilege> granted, Credentials credentials, ProgressListener progress);

    void push(String text, Credentials credentials, ProgressListener progress);

    /// `force`: also one that is enabled.
    PluginView remove(String text, boolean force);
}
