package dev.gantry.build.fetch;

import dev.gantry.base.InvalidArgument;
import dev.gantry.build.frontend.GitUrl;
import java.net.URI;
import java.util.Locale;

/// Addresses of the web that a build names.
final class Addresses {
    private Addresses() {}

    /// Without the name and the password that an address may carry: what shows it is read by others.
    static String shown(String address) {
        return GitUrl.shown(address);
    }

    /// `http` or `https`, and nothing else.
    static URI of(String text) {
        try {
            URI address = URI.create(text);
            String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
            if (address.getHost() != null && (scheme.equals("http") || scheme.equals("https"))) {
                return address;
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument("fetch " + shown(text), "it is no address", "write https://host/path", e);
        }
        throw new InvalidArgument("fetch " + shown(text), "only http and https are fetched", "write https://host/path");
    }
}
