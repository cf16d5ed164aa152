const words =
  'amber anchor apple april arrow autumn badge bamboo basil beacon birch breeze brick bridge bronze butter cactus camel candle canyon cedar cherry cinema clover cobalt copper coral cotton cricket crystal dahlia dolphin dragon ember falcon feather fennel fern forest fossil garden ginger glacier granite harbor hazel hollow honey island ivory jasmine juniper kettle kiosk lagoon lantern lemon linen lotus magnet maple marble meadow melon mirror mosaic nectar nickel oasis olive onion orbit orchid otter paper pebble pepper pigeon pilot planet plum pocket pollen poppy prairie quartz quiver rabbit raven reed ribbon river rocket saddle saffron salmon scarlet shadow silver spruce summit sunset tango teapot thistle thunder timber tulip tunnel turtle umbra valley velvet violet walnut willow winter yellow zephyr'.split(' ');

// generate makes a password that can be told over the phone: four words and a number, about 34 bits
// of chance, which is plenty where the server slows guessing down.
export function generate(random = (n: number): Uint32Array => crypto.getRandomValues(new Uint32Array(n))): string {
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = random(5);
  const word = (x: number): string => words[x % words.length] ?? '';
  return [word(a), word(b), word(c), word(d), 10 + (e % 90)].join('-');
}
