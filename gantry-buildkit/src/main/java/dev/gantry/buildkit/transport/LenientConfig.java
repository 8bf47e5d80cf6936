package dev.gantry.buildkit.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.DefaultChannelConfig;

/// Passes over options that only sockets have, as all who set them expect.
final class LenientConfig extends DefaultChannelConfig {
    LenientConfig(Channel channel) {
        super(channel);
    }

    @Override
    public <T> boolean setOption(ChannelOption<T> option, T value) {
        return super.setOption(option, value) || option.equals(ChannelOption.SO_KEEPALIVE);
    }
}
