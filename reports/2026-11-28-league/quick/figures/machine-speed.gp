set encoding utf8
set datafile separator comma
$texts << END_OF_TEXTS
time of fixed work, over quiet
0
100
200
300
400
500
600
700
1.0
2.0
5.0
10
kept
left out: slowed
left out: disturbed
slowed: above 1.1
time since the run began (s)
2,863 of 4,229 samples are left out: 523 beside a slow machine,
2,340 disturbed by the system
One mark a sample: how long fixed work took right before and right after it, the slower of the two, over its quiet time. The
work is a register tile in the first cache, or a read from memory where that alone was slow.
Of kinds with more than 1,500 samples only some are drawn, evenly spaced.
END_OF_TEXTS
if (!exists('formats')) formats = 'svg png pdf'
do for [format in formats] {
mark = (format eq 'svg' ? 0.8 : 1) * 1
if (format eq 'svg') { set terminal svg size 720,480 dynamic enhanced name 'machine_speed' font 'Inter&#44; system-ui&#44; sans-serif,12' background '#ffffff' linewidth 1 }
if (format eq 'png') { set terminal pngcairo size 2250,1500 enhanced font 'Inter,12' fontscale 2.344 linewidth 3.125 pointscale 3.125 background '#ffffff' }
if (format eq 'pdf') { set terminal pdfcairo size 7.5in,5in enhanced font 'Inter,12' fontscale 0.5625 linewidth 1.5 pointscale 0.75 background '#ffffff' }
set output 'machine-speed.'.format
set border 3 lw 0.8 lc rgb '#777777'
set tics nomirror out scale 0.5 textcolor rgb '#1a1a1a' font ',12'
set grid ytics lt 1 lw 0.6 lc rgb '#e6e6e6'
unset mxtics
unset mytics
unset key
set errorbars small
set label '{/:Bold '.$texts[19].'}' at screen 0.0194, screen 0.9466 left font ',15.5' tc rgb '#1a1a1a'
set label '{/:Bold '.$texts[20].'}' at screen 0.0194, screen 0.9014 left font ',15.5' tc rgb '#1a1a1a'
set label $texts[21] at screen 0.0194, screen 0.8575 left font ',11.5' tc rgb '#595959'
set label $texts[22] at screen 0.0194, screen 0.8263 left font ',11.5' tc rgb '#595959'
set label $texts[23] at screen 0.0194, screen 0.0292 left font ',10.5' tc rgb '#595959'
set label $texts[18] at screen 0.4303, screen 0.0771 center font ',11.5' tc rgb '#595959'
set logscale y 10
set xrange [0:756.9032]
set yrange [0.9629068:14.74874]
set xtics ($texts[2] 0, $texts[3] 100, $texts[4] 200, $texts[5] 300, $texts[6] 400, $texts[7] 500, $texts[8] 600, $texts[9] 700)
set ytics ($texts[10] 1, $texts[11] 2, $texts[12] 5, $texts[13] 10)
set lmargin at screen 0.0616
set rmargin at screen 0.7989
set bmargin at screen 0.1604
set tmargin at screen 0.7471
set label $texts[1] at screen 0.0194, screen 0.7825 left font ',11.5' tc rgb '#595959'
set label $texts[14] at screen 0.8350, screen 0.1688 left font ',11.5' tc rgb '#0072B2'
set arrow from screen 0.7927, screen 0.1677 to screen 0.8073, screen 0.1677 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.8073, screen 0.1677 to screen 0.8295, screen 0.1688 nohead lt 1 dt 1 lw 0.5 lc rgb '#0072B2' back
set label $texts[15] at screen 0.8350, screen 0.2625 left font ',11.5' tc rgb '#D55E00'
set arrow from screen 0.7901, screen 0.1926 to screen 0.8073, screen 0.1926 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.8073, screen 0.1926 to screen 0.8295, screen 0.2625 nohead lt 1 dt 1 lw 0.5 lc rgb '#D55E00' back
set label $texts[16] at screen 0.8350, screen 0.2000 left font ',11.5' tc rgb '#CC79A7'
set arrow from screen 0.7924, screen 0.1700 to screen 0.8073, screen 0.1700 nohead lt 1 dt (2,5) lw 0.5 lc rgb '#aaaaaa' back
set arrow from screen 0.8073, screen 0.1700 to screen 0.8295, screen 0.2000 nohead lt 1 dt 1 lw 0.5 lc rgb '#CC79A7' back
set label $texts[17] at screen 0.8350, screen 0.2313 left font ',11.5' tc rgb '#595959'
set arrow from screen 0.8073, screen 0.1890 to screen 0.8295, screen 0.2313 nohead lt 1 dt 1 lw 0.5 lc rgb '#595959' back
plot 'machine-speed.csv' skip 1 using ($1 == 0 ? $4 : NaN):5 with lines lt 1 lw 0.9 lc rgb '#999999', \
  'machine-speed.csv' skip 1 using ($1 == 1 ? $4 : NaN):5 with points pt 7 ps 0.36*mark lc rgb '#0072B2', \
  'machine-speed.csv' skip 1 using ($1 == 2 ? $4 : NaN):5 with points pt 5 ps 0.36*mark lc rgb '#D55E00', \
  'machine-speed.csv' skip 1 using ($1 == 3 ? $4 : NaN):5 with points pt 9 ps 0.36*mark lc rgb '#CC79A7'
unset output
unset label
unset arrow
unset logscale
}
