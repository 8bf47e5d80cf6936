package dev.gantry.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.base.ContainerId;
import dev.gantry.engine.container.Container;
import dev.gantry.volume.Volume;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Volumes that nobody named: whose they are, and with whom they go.
@Timeout(120)
class AnonymousVolumeTest extends VolumeSetting {
    private static String volume(Container c) {
        return c.spec().mounts().volumes().getFirst().name();
    }

    private List<String> names() {
        return volumes().list().stream().map(Volume::name).toList();
    }

    /// What a kill leaves between the end of the container's row and that of its volumes.
    private void dieWithoutTheRowOf(ContainerId id) {
        engine.reopenAfter(() -> {
            try (var c = DriverManager.getConnection("jdbc:sqlite:" + dir.resolve("data/gantry.db"));
                    var delete = c.prepareStatement("DELETE FROM containers WHERE id=?")) {
                delete.setString(1, id.hex());
                assertThat(delete.executeUpdate()).isOne();
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void anonymousVolumesGoWithTheirContainerWhereThatIsAskedFor() {
        Container kept = engine.create(engine.sh("true").volume("", "/a"));
        Container gone = engine.create(engine.sh("true").declareVolume("/a").volume("named", "/b"));
        assertThat(volumes().list()).hasSize(3).filteredOn(Volume::anonymous).hasSize(2);
        engine.containers().remove(kept.id(), false);
        engine.containers().remove(gone.id(), false, true);
        assertThat(volumes().list()).hasSize(2).filteredOn(Volume::anonymous).hasSize(1);
        engine.ran(engine.sh("true").volume("", "/a"));
        Container own = engine.create(engine.sh("true").volume("", "/a").autoRemove(true));
        engine.containers().start(own.id());
        TestEngine.await(
                "it is removed", () -> engine.containers().get(own.id()).isEmpty());
        assertThat(volumes().list()).filteredOn(Volume::anonymous).hasSize(2);
    }

    @Test
    void theyGoWithTheirContainerAlsoWhenTheEngineDiesInBetween() {
        Container alone = engine.create(engine.sh("true").volume("", "/a").volume("named", "/b"));
        Container first = engine.create(engine.sh("true").volume("", "/a"));
        Container second = engine.create(engine.sh("true").volumesFrom(first.name()));
        dieWithoutTheRowOf(alone.id());
        assertThat(names()).containsExactlyInAnyOrder("named", volume(first));
        engine.containers().remove(first.id(), false, true);
        assertThat(names()).contains(volume(first));
        engine.reopen();
        assertThat(names()).as("the other has it").contains(volume(first));
        engine.containers().remove(second.id(), false, true);
        assertThat(names()).containsExactly("named");
    }

    @Test
    void oneThatWasLeftBehindStays() {
        Container c = engine.create(engine.sh("true").volume("", "/a"));
        engine.containers().remove(c.id(), false);
        engine.reopen();
        assertThat(names()).containsExactly(volume(c));
    }

    @Test
    void oneThatAnotherNamesStays() {
        Container c = engine.create(engine.sh("true").volume("", "/a"));
        Container other = engine.create(engine.sh("true").volume(volume(c), "/a"));
        engine.containers().remove(c.id(), false, true);
        engine.containers().remove(other.id(), false, true);
        engine.reopen();
        assertThat(names()).containsExactly(volume(c));
    }
}
