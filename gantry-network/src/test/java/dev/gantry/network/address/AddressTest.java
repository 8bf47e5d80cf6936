package dev.gantry.network.address;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gantry.base.InvalidArgument;
import java.net.InetAddress;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressTest {
    @Test
    void printingAndParsingAnAddressReturnTheSame() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[random.nextBoolean() ? 4 : 16];
            random.nextBytes(bytes);
            for (int z = random.nextInt(bytes.length); z > 0; z--) {
                bytes[random.nextInt(bytes.length)] = 0; // runs of zeros are what IPv6 is shortened by
            }
            Ip ip = Ip.of(bytes);
            assertThat(Ip.parse(ip.toString())).isEqualTo(ip);
            assertThat(ip.toInetAddress()).isEqualTo(InetAddress.ofLiteral(ip.toString()));
            assertThat(Ip.of(ip.bytes())).isEqualTo(ip);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "1.2.3",
                "1.2.3.4.5",
                "256.1.1.1",
                "01.2.3.4",
                "1.2.3.4 ",
                "1..2.3",
                "::1%eth0",
                "1:2:3",
                ":::",
                "g::1",
                "a.b.c.d",
                "1.2.3.-4",
                "１.2.3.4",
                "::ffff:1.2.3"
            })
    void whatIsNoAddressIsRefused(String text) {
        assertThat(Ip.find(text)).isEmpty();
        assertThatThrownBy(() -> Ip.parse(text)).isInstanceOf(InvalidArgument.class);
    }

    /// RFC 5952 §4.
    @ParameterizedTest
    @CsvSource({
        "2001:0db8::0001, 2001:db8::1",
        "2001:db8:0:0:1:0:0:1, 2001:db8::1:0:0:1",
        "2001:db8:0:1:1:1:1:1, 2001:db8:0:1:1:1:1:1",
        "0:0:0:0:0:0:0:0, ::",
        "fe80:0:0:0:0:0:0:1, fe80::1",
        "1:0:0:0:0:0:0:0, 1::",
        "::ffff:10.0.0.1, 10.0.0.1"
    })
    void addressesAreWrittenInTheirUsualForm(String text, String usual) {
        assertThat(Ip.parse(text)).hasToString(usual);
    }

    @Test
    void arithmeticCarriesOverWordBoundaries() {
        assertThat(Ip.parse("10.0.255.255").plus(1)).hasToString("10.1.0.0");
        assertThat(Ip.parse("fd00::ffff:ffff:ffff:ffff").plus(1)).hasToString("fd00:0:0:1::");
        assertThat(Ip.parse("fd00:0:0:1::").plus(-1)).hasToString("fd00::ffff:ffff:ffff:ffff");
        assertThat(Ip.parse("255.255.255.255").plus(1)).hasToString("0.0.0.0");
    }

    @Test
    void aSubnetHasAFirstAndALastAddress() {
        assertThat(Subnet.parse("10.1.0.0/16").last()).hasToString("10.1.255.255");
        assertThat(Subnet.parse("0.0.0.0/0").last()).hasToString("255.255.255.255");
        assertThat(Subnet.parse("10.1.2.3/32").last()).hasToString("10.1.2.3");
        assertThat(Subnet.parse("fd00::/64").last()).hasToString("fd00::ffff:ffff:ffff:ffff");
        assertThat(Subnet.parse("fd00::/48").last()).hasToString("fd00::ffff:ffff:ffff:ffff:ffff");
        assertThat(Subnet.parse("::/0").last()).hasToString("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
        assertThat(Subnet.parse("fd00::1/128").last()).hasToString("fd00::1");
    }

    @Test
    void subnetsOverlapWhenOneHoldsTheOther() {
        assertThat(Subnet.parse("10.0.0.0/8").overlaps(Subnet.parse("10.9.0.0/16")))
                .isTrue();
        assertThat(Subnet.parse("10.9.0.0/16").overlaps(Subnet.parse("10.0.0.0/8")))
                .isTrue();
        assertThat(Subnet.parse("10.8.0.0/16").overlaps(Subnet.parse("10.9.0.0/16")))
                .isFalse();
        assertThat(Subnet.parse("0.0.0.0/0").overlaps(Subnet.parse("::/0"))).isFalse();
    }

    @Test
    void aSubnetWithHostBitsSaysWhatItShouldBe() {
        assertThatThrownBy(() -> Subnet.parse("10.1.2.3/16"))
                .hasMessageContaining("invalid subnet 10.1.2.3/16: it should be 10.1.0.0/16");
        for (String bad :
                new String[] {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "fd00::/129"}) {
            assertThatThrownBy(() -> Subnet.parse(bad)).hasMessageContaining("invalid CIDR block notation: " + bad);
        }
    }

    @Test
    void aMacAddressComesFromTheIpv4AddressOrIsLocal() {
        assertThat(MacAddress.of(Ip.parse("172.19.0.2"))).hasToString("02:42:ac:13:00:02");
        byte first = MacAddress.random(new Random(1)).bytes()[0];
        assertThat(first & 3).isEqualTo(2);
        assertThat(new MacAddress("02-42-AC-13-00-02")).hasToString("02:42:ac:13:00:02");
        for (String bad : new String[] {"", "02:42", "01:00:5e:00:00:01", "zz:42:ac:13:00:02", "0242ac130002"}) {
            assertThatThrownBy(() -> new MacAddress(bad)).isInstanceOf(InvalidArgument.class);
        }
    }
}
