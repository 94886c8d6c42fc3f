import { adaBatch, adaDamp, baMomentum, baSgd, dontDecay, dontDecayOnPlateau, megatronRampUp } from './presets.js';

/** Published rules as options: `adaptiveBatch(model, presets.adaBatch())`. */
export const presets = { adaBatch, adaDamp, baMomentum, baSgd, dontDecay, dontDecayOnPlateau, megatronRampUp };
