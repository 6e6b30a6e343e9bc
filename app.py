"""The start page, what this is and where to go; and the server that `streamlit run app.py` starts around all pages."""

import streamlit as st

if __name__ == "__main__":
    from ui.frame import frame
    from ui.start import jobs, machine_panel, picture, talks
    from ui.walks import draw_walks

    frame("start")
    st.markdown(
        "NCE Lab is a laboratory for the InfoNCE family of losses: soft target InfoNCE, SINCERE and WEINCE beside their"
        " baselines. Train small worlds whose exact answer is known, measure what a trained checkpoint has learned, and"
        " show the figures to others. Everything is computed on this machine, offline, in front of you."
    )
    jobs()
    talks()
    draw_walks()
    picture()
    machine_panel()
else:  # `streamlit run` imports this file to find the server around the pages
    from ui.server.middleware import MIDDLEWARE, lifespan

    app = st.App(__file__, middleware=MIDDLEWARE, lifespan=lifespan)
