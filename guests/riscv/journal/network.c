// The network card's driver takes every interrupt for its own. This machine has two devices: main.c
// looks whose it is.
#define on_external network_interrupt
#include "../common/virtio-net.c"
