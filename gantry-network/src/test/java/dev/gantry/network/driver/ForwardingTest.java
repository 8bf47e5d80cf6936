package dev.gantry.network.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.Unavailable;
import dev.gantry.network.address.Family;
import dev.gantry.network.endpoint.Sysctl;
import dev.gantry.network.firewall.Element;
import dev.gantry.network.firewall.Elements;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ForwardingTest {
    private static final Sysctl FORWARD = new Sysctl("net.ipv4.ip_forward", "1");

    private final List<Object> done = new ArrayList<>();
    private boolean refuses = true;

    private final HostSettings settings = new HostSettings() {
        @Override
        public String read(String name) {
            return done.contains(FORWARD) ? "1" : "0";
        }

        @Override
        public void set(Sysctl setting) {
            done.add(setting);
        }
    };

    private void change(List<Element> removed, List<Element> added) {
        if (refuses) {
            throw new Unavailable("change the rules", "the kernel is out of memory", "try again");
        }
        assertThat(removed).isEmpty();
        done.addAll(added);
    }

    @Test
    void aHostWhoseRulesAreRefusedForwardsNothingAlsoWhenTriedAgain() {
        var forwarding = new Forwarding(_ -> false, this::change, settings);
        assertThatThrownBy(() -> forwarding.set(FORWARD)).isInstanceOf(Unavailable.class);
        assertThatThrownBy(() -> forwarding.set(FORWARD)).isInstanceOf(Unavailable.class);
        assertThat(done).isEmpty();
        refuses = false;
        forwarding.set(FORWARD);
        assertThat(done).containsExactly(Elements.closed(Family.IPV4), FORWARD);
    }
}
