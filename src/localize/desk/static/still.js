// Titles and a synopsis have no film: in the place of player and timeline stands what does nothing.

const nothing = () => {};

export const noPlayer = { ms: 0, onTime: nothing, toggle: nothing, play: nothing, show: nothing };
export const noTimeline = { draw: nothing, zoom: nothing };
