//! Short tones, without a file to load.

use std::cell::RefCell;

use wasm_bindgen::JsValue;
use web_sys::{AudioContext, window};

/// Hertz.
const PITCH: f32 = 880.0;
/// Of the loudest.
const VOLUME: f32 = 0.2;
/// How long a tone is, in seconds.
const LENGTH_S: f64 = 0.12;
/// From one tone to the next, in seconds.
const APART_S: f64 = 0.25;
/// How long the device shakes, in milliseconds.
const SHAKE_MS: u32 = 400;

thread_local! {
    /// Made by the first press: a page that nobody touched may not be heard.
    static AUDIO: RefCell<Option<AudioContext>> = const { RefCell::new(None) };
}

/// Lets the page be heard; false where the browser has no sound.
pub fn enable_sound() -> bool {
    AUDIO.with_borrow_mut(|audio| {
        if audio.is_none() {
            *audio = AudioContext::new().ok();
        }
        audio.as_ref().is_some_and(|audio| audio.resume().is_ok())
    })
}

/// So many short tones; none before [`enable_sound`].
pub fn chime(tones: u32) {
    AUDIO.with_borrow(|audio| {
        if let Some(audio) = audio {
            let begin = audio.current_time();
            for number in 0..tones {
                let _ = tone(audio, begin + f64::from(number) * APART_S);
            }
        }
    });
}

/// Shakes the device, where it can.
pub fn shake() {
    if let Some(window) = window() {
        window.navigator().vibrate_with_duration(SHAKE_MS);
    }
}

fn tone(audio: &AudioContext, at: f64) -> Result<(), JsValue> {
    let (tone, volume) = (audio.create_oscillator()?, audio.create_gain()?);
    tone.frequency().set_value(PITCH);
    volume.gain().set_value(VOLUME);
    tone.connect_with_audio_node(&volume)?;
    volume.connect_with_audio_node(&audio.destination())?;
    tone.start_with_when(at)?;
    tone.stop_with_when(at + LENGTH_S)
}
