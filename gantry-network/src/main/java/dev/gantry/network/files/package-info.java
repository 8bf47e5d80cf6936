/// The contents of `/etc/hosts` and `resolv.conf`. Pure: the host's own come as text.
@NullMarked
package dev.gantry.network.files;

import org.jspecify.annotations.NullMarked;
