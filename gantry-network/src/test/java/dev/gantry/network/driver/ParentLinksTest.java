package dev.gantry.network.driver;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gantry.linux.Fd;
import dev.gantry.linux.Kernel;
import dev.gantry.linux.netlink.Message;
import dev.gantry.linux.netlink.route.LinkRequest;
import dev.gantry.linux.netlink.route.MacAddress;
import dev.gantry.network.endpoint.Link;
import dev.gantry.network.model.DriverOptions;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The bytes that make an interface on a parent, also of kinds that the kernel of this machine lacks.
class ParentLinksTest {
    private static final MacAddress MAC = MacAddress.parse("02:42:c0:00:02:02");

    private static String hex(Link.OnParent link) {
        // Closing is another's: the number is never a descriptor of this process.
        Fd namespace = Fd.own(Kernel.host(), 0x1234);
        LinkRequest inside = LinkRequest.named("eth0").inNamespace(namespace).mtu(1400);
        Message message = ParentLinks.message(link, 7, inside, MAC);
        namespace.release();
        byte[] bytes = Message.encode(List.of(message), 5, 0);
        return HexFormat.of().formatHex(bytes);
    }

    private static Link.Ipvlan ipvlan(DriverOptions.Ipvlan.Mode mode, DriverOptions.Ipvlan.Flag flag) {
        return new Link.Ipvlan("eth1", mode, flag);
    }

    private static final String MADE = "00000000" + "00000000" + "00000000" + "00000000" // ifinfomsg
            + "09000300" + "6574683000000000" // IFLA_IFNAME eth0
            + "08001c00" + "34120000" // IFLA_NET_NS_FD
            + "08000400" + "78050000" // IFLA_MTU
            + "08000500" + "07000000"; // IFLA_LINK

    @Test
    void anIpvlanHasItsModeAndItsFlagAndNoHardwareAddress() {
        assertThat(hex(ipvlan(DriverOptions.Ipvlan.Mode.L3S, DriverOptions.Ipvlan.Flag.VEPA)))
                .isEqualTo("68000000" + "1000" + "0006" + "05000000" + "00000000" // RTM_NEWLINK, CREATE | EXCL
                        + MADE
                        + "24001280" // IFLA_LINKINFO
                        + "0b000100" + "6970766c616e0000" // IFLA_INFO_KIND ipvlan
                        + "14000280" // IFLA_INFO_DATA
                        + "06000100" + "02000000" // IFLA_IPVLAN_MODE l3s
                        + "06000200" + "02000000"); // IFLA_IPVLAN_FLAGS vepa
    }

    @Test
    void eachModeAndEachFlagHasItsNumber() {
        for (var mode : DriverOptions.Ipvlan.Mode.values()) {
            for (var flag : DriverOptions.Ipvlan.Flag.values()) {
                String modeNumber = "06000100" + "0" + mode.ordinal() + "000000"; // l2 0, l3 1, l3s 2
                String flagNumber = "06000200" + "0" + flag.ordinal() + "000000"; // bridge 0, private 1, vepa 2
                assertThat(hex(ipvlan(mode, flag))).as(mode + " " + flag).endsWith(modeNumber + flagNumber);
            }
        }
    }

    @Test
    void aMacvlanHasItsModeAndItsHardwareAddress() {
        assertThat(hex(new Link.Macvlan("eth1", DriverOptions.Macvlan.Mode.PASSTHRU)))
                .isEqualTo("6c000000" + "1000" + "0006" + "05000000" + "00000000"
                        + MADE
                        + "0a000100" + "0242c00002020000" // IFLA_ADDRESS
                        + "1c001280" // IFLA_LINKINFO
                        + "0c000100" + "6d6163766c616e00" // IFLA_INFO_KIND macvlan
                        + "0c000280" // IFLA_INFO_DATA
                        + "08000100" + "08000000"); // IFLA_MACVLAN_MODE passthru
    }
}
